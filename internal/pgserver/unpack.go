//go:build unix

package pgserver

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/xi2/xz"
)

// unpack writes the binaries in an archive, a zip around a tar.xz, to a folder.
func unpack(archive []byte, dir string) error {
	outer, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return fmt.Errorf("opening the archive: %w", err)
	}
	for _, file := range outer.File {
		if strings.HasSuffix(file.Name, ".txz") {
			return unpackInner(file, dir)
		}
	}
	return errors.New("the archive holds no file that ends in .txz")
}

func unpackInner(file *zip.File, dir string) error {
	compressed, err := file.Open()
	if err != nil {
		return fmt.Errorf("opening %s in the archive: %w", file.Name, err)
	}
	defer compressed.Close()
	plain, err := xz.NewReader(compressed, 0)
	if err != nil {
		return fmt.Errorf("opening %s in the archive: %w", file.Name, err)
	}
	return untar(tar.NewReader(plain), dir)
}

// untar writes files, folders and links, and nothing outside the folder.
func untar(r *tar.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
		name := path.Clean(header.Name)
		if err := write(root, name, header, r); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
}

func write(root *os.Root, name string, header *tar.Header, content io.Reader) error {
	if err := makeDir(root, path.Dir(name)); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeDir:
		return makeDir(root, name)
	case tar.TypeSymlink:
		return root.Symlink(header.Linkname, name)
	case tar.TypeReg:
		return writeFile(root, name, content, header.FileInfo().Mode().Perm()&0o755)
	}
	return nil // what PostgreSQL does not consist of
}

// makeDir makes a folder that the user the server runs as can read, whatever the
// umask.
func makeDir(root *os.Root, name string) error {
	if name == "." {
		return nil
	}
	if err := makeDir(root, path.Dir(name)); err != nil {
		return err
	}
	if err := root.Mkdir(name, 0o755); errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	return root.Chmod(name, 0o755)
}

func writeFile(root *os.Root, name string, r io.Reader, mode fs.FileMode) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Chmod(mode), f.Close())
}

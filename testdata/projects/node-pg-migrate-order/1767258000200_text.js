exports.up = (pgm) => { pgm.addColumn("notes", { text: "text" }); };

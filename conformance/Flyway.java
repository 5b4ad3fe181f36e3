import java.util.Map;

/** Runs Flyway on the current folder: command, JDBC URL, user, password. */
public class Flyway {
  public static void main(String[] args) {
    org.flywaydb.core.Flyway.configure()
        .dataSource(args[1], args[2], args[3])
        .locations("filesystem:.")
        .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
        .load()
        .migrate();
  }
}

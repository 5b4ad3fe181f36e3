import java.nio.file.Path;
import java.sql.DriverManager;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;

/** Runs Liquibase on changelog.sql of the current folder: command, JDBC URL, user, password. */
public class Liquibase {
  public static void main(String[] args) throws Exception {
    try (var connection = DriverManager.getConnection(args[1], args[2], args[3])) {
      var database = DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(connection));
      try (var run = new liquibase.Liquibase("changelog.sql", new DirectoryResourceAccessor(Path.of(".")), database)) {
        if (args[0].equals("update")) {
          run.update("");
        } else {
          run.rollback(run.getDatabase().getRanChangeSetList().size(), "");
        }
      }
    }
  }
}

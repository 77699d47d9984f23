using Npgsql;

namespace SwarmCompute.Silo.Store.PostgreSql;

/// <summary>Our tables and query texts in the PostgreSQL that the silos share.</summary>
internal static class PostgreSqlSchema
{
    private const long LockKey = 0x737761726d01;                  // "swarm", 1: silos that start together take turns
    private const int AttemptSeconds = 10;

    /// <summary>The connection string that the runtime uses: as configured, looking into our schema first.</summary>
    public static string InOurSchema(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "swarm" }.ConnectionString;

    /// <summary>Makes the schema what this version needs. Changes nothing where it is so already.</summary>
    /// <exception cref="SiloStartException">The server cannot be reached, or refuses.</exception>
    public static async Task Apply(string connectionString, CancellationToken cancel)
    {
        var bounded = new NpgsqlConnectionStringBuilder(connectionString) { Timeout = AttemptSeconds, CommandTimeout = AttemptSeconds, Pooling = false };
        try
        {
            await using var connection = new NpgsqlConnection(bounded.ConnectionString);
            await connection.OpenAsync(cancel);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            await using var turn = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({LockKey})", connection, transaction);
            await turn.ExecuteNonQueryAsync(cancel);
            await using var script = new NpgsqlCommand(await ReadScript(cancel), connection, transaction);
            await script.ExecuteNonQueryAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new SiloStartException($"Store:PostgreSql at {bounded.Host}:{bounded.Port} cannot be used: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static async Task<string> ReadScript(CancellationToken cancel)
    {
        await using var stream = typeof(PostgreSqlSchema).Assembly.GetManifestResourceStream("schema.sql")
            ?? throw new InvalidOperationException("The resource schema.sql is missing from this build.");
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancel);
    }
}

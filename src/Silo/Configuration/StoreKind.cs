namespace SwarmCompute.Silo.Configuration;

/// <summary>Where membership, reminders and grain state are kept.</summary>
public enum StoreKind
{
    /// <summary>All of it in a Garnet inside this process: one machine, no server to install. Ends with this process.</summary>
    Embedded,

    /// <summary>All of it in a Redis server (or another process's embedded store).</summary>
    Redis,

    /// <summary>Membership and reminders in PostgreSQL, grain state in Redis.</summary>
    PostgreSqlAndRedis,
}

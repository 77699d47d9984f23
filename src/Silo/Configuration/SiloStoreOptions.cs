namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Store</c>.</summary>
public sealed class SiloStoreOptions
{
    /// <summary>Embedded (default), Redis or PostgreSqlAndRedis.</summary>
    public StoreKind Kind { get; set; } = StoreKind.Embedded;

    /// <summary>For Embedded: the folder of the store's files. No default.</summary>
    public string Directory { get; set; } = "";

    /// <summary>For Embedded: the loopback port, 1 to 65535; 0, the default, takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>For the other kinds: the Redis server in StackExchange.Redis form, <c>HOST:PORT,password=…</c>. No default. A secret.</summary>
    public string Redis { get; set; } = "";

    /// <summary>For PostgreSqlAndRedis: the database in Npgsql form, <c>Host=…;Username=…;Database=…</c>. No default. A secret.</summary>
    public string PostgreSql { get; set; } = "";
}

using Orleans.Configuration;
using StackExchange.Redis;
using SwarmCompute.Grains;
using SwarmCompute.Silo.Configuration;
using SwarmCompute.Silo.Store.PostgreSql;

namespace SwarmCompute.Silo.Store;

/// <summary>The stores that this silo keeps membership, reminders and grain state in; opened, and found to answer.</summary>
internal sealed class StoreConnection : IDisposable
{
    private const int ConnectMs = 5000;
    private readonly EmbeddedStore? _embedded;
    private readonly ConnectionMultiplexer _connection;
    private readonly string _redis;
    private readonly string? _postgreSql;

    private StoreConnection(EmbeddedStore? embedded, ConnectionMultiplexer connection, string redis, string? postgreSql) =>
        (_embedded, _connection, _redis, _postgreSql) = (embedded, connection, redis, postgreSql);

    /// <summary>The Redis that every kind of store has.</summary>
    public IDatabase Redis => _connection.GetDatabase();

    /// <summary>Starts the embedded store, or makes sure that the configured servers answer and are prepared.</summary>
    /// <exception cref="SiloStartException">They do not, or are not.</exception>
    public static async Task<StoreConnection> Open(SiloStoreOptions options, CancellationToken cancel)
    {
        if (options.Kind == StoreKind.Embedded)
        {
            var embedded = StartEmbedded(options);
            return new StoreConnection(embedded, await Connect(embedded.ConnectionString), embedded.ConnectionString, null);
        }
        var connecting = Connect(options.Redis);
        var postgreSql = options.Kind == StoreKind.PostgreSqlAndRedis ? PostgreSqlSchema.InOurSchema(options.PostgreSql) : null;
        if (postgreSql is not null) await PostgreSqlSchema.Apply(options.PostgreSql, cancel);
        return new StoreConnection(null, await connecting, options.Redis, postgreSql);
    }

    /// <summary>Tells the runtime to use them.</summary>
    public void Configure(ISiloBuilder silo)
    {
        if (_postgreSql is { } postgreSql)
        {
            silo.UseAdoNetClustering((AdoNetClusteringSiloOptions o) => (o.Invariant, o.ConnectionString) = ("Npgsql", postgreSql));
            silo.UseAdoNetReminderService((AdoNetReminderTableOptions o) => (o.Invariant, o.ConnectionString) = ("Npgsql", postgreSql));
        }
        else
        {
            silo.UseRedisClustering(o => o.ConfigurationOptions = Patient(_redis));
            silo.UseRedisReminderService(o => o.ConfigurationOptions = Patient(_redis));
        }
        // Written by the serializer that SwarmGrainsHosting registers: the codecs of the wire, by member number.
        silo.AddRedisGrainStorage(SwarmGrainsHosting.StorageName, o => o.ConfigurationOptions = Patient(_redis));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _embedded?.Dispose();
    }

    private static EmbeddedStore StartEmbedded(SiloStoreOptions options)
    {
        try
        {
            return EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = options.Directory, Port = options.Port });
        }
        catch (EmbeddedStoreException e)
        {
            throw new SiloStartException(e.Message, e);
        }
    }

    // A connection that breaks later is made again by the client, for as long as it takes: an outage of the store freezes, no more.
    private static ConfigurationOptions Patient(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = false;
        return options;
    }

    private static async Task<ConnectionMultiplexer> Connect(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 2;
        options.ConnectTimeout = options.AsyncTimeout = ConnectMs;
        try
        {
            var redis = await ConnectionMultiplexer.ConnectAsync(options);
            await redis.GetDatabase().PingAsync();
            return redis;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            var endpoints = string.Join(", ", options.EndPoints);
            throw new SiloStartException($"Store:Redis at {endpoints} cannot be used: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}

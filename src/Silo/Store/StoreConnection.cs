using Orleans.Configuration;
using StackExchange.Redis;
using SwarmCompute.Grains;
using SwarmCompute.Silo.Configuration;
using SwarmCompute.Silo.Store.PostgreSql;

namespace SwarmCompute.Silo.Store;

/// <summary>The stores that this silo keeps membership, reminders and grain state in; opened, and found to answer.</summary>
internal sealed class StoreConnection : IDisposable
{
    private readonly EmbeddedStore? _embedded;
    private readonly string _redis;
    private readonly string? _postgreSql;

    private StoreConnection(EmbeddedStore? embedded, string redis, string? postgreSql)
    {
        _embedded = embedded;
        _redis = redis;
        _postgreSql = postgreSql;
    }

    /// <summary>Starts the embedded store, or makes sure that the configured servers answer and are prepared.</summary>
    /// <exception cref="SiloStartException">They do not, or are not.</exception>
    public static async Task<StoreConnection> Open(SiloStoreOptions options, CancellationToken cancel)
    {
        if (options.Kind == StoreKind.Embedded) return OpenEmbedded(options);
        var redis = RequireRedis(options.Redis);
        if (options.Kind == StoreKind.PostgreSqlAndRedis) await PostgreSqlSchema.Apply(options.PostgreSql, cancel);
        await redis;
        return new StoreConnection(null, options.Redis, options.Kind == StoreKind.PostgreSqlAndRedis ? PostgreSqlSchema.InOurSchema(options.PostgreSql) : null);
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
            silo.UseRedisClustering(o => o.ConfigurationOptions = Redis());
            silo.UseRedisReminderService(o => o.ConfigurationOptions = Redis());
        }
        // Written by the serializer that SwarmGrainsHosting registers: the codecs of the wire, by member number.
        silo.AddRedisGrainStorage(SwarmGrainsHosting.StorageName, o => o.ConfigurationOptions = Redis());
    }

    public void Dispose() => _embedded?.Dispose();

    private static StoreConnection OpenEmbedded(SiloStoreOptions options)
    {
        try
        {
            var store = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = options.Directory, Port = options.Port });
            return new StoreConnection(store, store.ConnectionString, null);
        }
        catch (EmbeddedStoreException e)
        {
            throw new SiloStartException(e.Message, e);
        }
    }

    // A connection that breaks later is made again by the client, for as long as it takes: an outage of the store freezes, no more.
    private ConfigurationOptions Redis()
    {
        var options = ConfigurationOptions.Parse(_redis);
        options.AbortOnConnectFail = false;
        return options;
    }

    private static async Task RequireRedis(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 2;
        options.ConnectTimeout = 3000;
        try
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
            await redis.GetDatabase().PingAsync();
        }
        catch (RedisException e)
        {
            var endpoints = string.Join(", ", options.EndPoints);
            throw new SiloStartException($"Store:Redis at {endpoints} cannot be used: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using StackExchange.Redis;
using SwarmCompute.Grains;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Settlement;

namespace SwarmCompute.Bench;

/// <summary>The real grains in one silo in this process, their state in a Redis server.</summary>
internal sealed class GrainHost : IAsyncDisposable
{
    private readonly IHost _host;

    private GrainHost(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<GrainHost> Start(RedisServer redis, CheckpointChain chain, CancellationToken cancel)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: FreePort.Find(), gatewayPort: 0);
            silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = ("bench", "swarm"));
            silo.UseInMemoryReminderService();
            silo.AddRedisGrainStorage(SwarmGrainsHosting.StorageName, o => o.ConfigurationOptions = ConfigurationOptions.Parse(redis.Address));
            silo.Services.AddSingleton(CheckpointChain.Options).AddSingleton<IChainReader>(chain).AddSingleton<IChainWriter>(new NoWriter());
            silo.AddSwarmGrains();
        });
        var host = builder.Build();
        await host.StartAsync(cancel);
        return new GrainHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

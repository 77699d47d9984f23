using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Storage;

namespace SwarmCompute.Grains;

/// <summary>Puts the swarm's grains into a silo.</summary>
public static class SwarmGrainsHosting
{
    /// <summary>The name under which the silo must register grain storage.</summary>
    public const string StorageName = "swarm";

    /// <summary>
    /// Registers what the grains need: TimeProvider, and Orleans' own serializer for grain state (states hold ids that JSON would not round-trip).
    /// The silo adds storage named <see cref="StorageName"/>, a reminder service, <see cref="Chain.ChainOptions"/>,
    /// <see cref="ChainFeed.IChainReader"/>, <see cref="Settlement.IChainWriter"/> and <see cref="Webhooks.IWebhookSender"/>.
    /// </summary>
    public static ISiloBuilder AddSwarmGrains(this ISiloBuilder silo)
    {
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.TryAddSingleton(new ChainFeed.ChainFeedOptions());
        silo.Services.AddSingleton<IGrainStorageSerializer, OrleansGrainStorageSerializer>();
        return silo;
    }
}

using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Silo.Agent;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>Keeps the swarm's one follower of the chain awake, from every silo, so that it lives as long as one of them does.</summary>
internal sealed partial class ChainFollower(IGrainFactory grains, TimeProvider time, ILogger<ChainFollower> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private string? _trouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var answer = await GrainAnswer<FeedStatus>.From(() => grains.ChainFeed().Follow(stoppingToken), stoppingToken);
                NoteTrouble(answer.Fault ?? answer.Value!.Error);
                await Task.Delay(Period, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private void NoteTrouble(string? trouble)
    {
        if (trouble is null != _trouble is null)
        {
            if (trouble is null) LogFollowing(log);
            else LogFrozen(log, trouble);
        }
        _trouble = trouble;
    }

    [LoggerMessage(5501, LogLevel.Warning, "The chain is not followed now; everything stays as it is until it answers: {Why}")]
    private static partial void LogFrozen(ILogger log, string why);

    [LoggerMessage(5502, LogLevel.Information, "The chain is followed again")]
    private static partial void LogFollowing(ILogger log);
}

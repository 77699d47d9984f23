using SwarmCompute.Chain;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Silo.Agent;
using SwarmCompute.Silo.Configuration;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>
/// Keeps the swarm's one follower of the chain awake, from every silo, so that it lives as long as one of them does: whenever a new block is
/// announced, and regularly, since announcements get lost.
/// </summary>
internal sealed partial class ChainFollower(IGrainFactory grains, HeadWatch heads, SiloChainOptions options, TimeProvider time, ILogger<ChainFollower> log) : BackgroundService
{
    private static readonly TimeSpan LeastPeriodMax = TimeSpan.FromMilliseconds(300);

    private readonly TimeSpan _period = TimeSpan.FromMilliseconds(options.PollMs);
    private string? _trouble;

    /// <summary>The least time between two looks, whoever asks for them.</summary>
    public static TimeSpan LeastPeriod(SiloChainOptions options) => TimeSpan.FromMilliseconds(Math.Min(options.PollMs, LeastPeriodMax.TotalMilliseconds));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Mutant.Length > 0) LogMutant(log, options.Mutant);
        try
        {
            while (true)
            {
                var answer = await GrainAnswer<FeedStatus>.From(() => grains.ChainFeed().Follow(stoppingToken), stoppingToken);
                NoteTrouble(answer.Fault ?? answer.Value!.Error);
                await WaitForNext(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task WaitForNext(CancellationToken cancel)
    {
        var least = LeastPeriod(options);
        await Task.Delay(least, time, cancel);
        if (least == _period) return;                        // looks are as close as they may be
        await heads.Wait(_period - least, cancel);
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

    [LoggerMessage(5503, LogLevel.Error, "The follower of the chain is broken on purpose: {Mutant}. This silo is for the fuzz only")]
    private static partial void LogMutant(ILogger log, string mutant);
}

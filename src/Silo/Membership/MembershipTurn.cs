using StackExchange.Redis;

namespace SwarmCompute.Silo.Membership;

/// <summary>
/// Lets silos that start or stop at the same moment join and leave one after the other. The membership table takes one change at a time,
/// and the runtime waits 2 s or more after each that was refused. A courtesy only: whoever gets no turn in time goes ahead without.
/// </summary>
internal sealed partial class MembershipTurn(IDatabase redis, string clusterId, TimeProvider time, ILogger<MembershipTurn> log) : ILifecycleParticipant<ISiloLifecycle>
{
    // The runtime's membership agent says Joining in stage 8100 and Active in 19999; when it stops, ShuttingDown in 19999 and Dead in 2001.
    private const int BeforeJoining = ServiceLifecycleStage.RuntimeGrainServices + 50;
    private const int AfterActive = ServiceLifecycleStage.Active + 1;
    private const int AfterDead = ServiceLifecycleStage.RuntimeInitialize;
    private static readonly TimeSpan TurnTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WaitToJoin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WaitToLeave = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly RedisKey _key = $"membership-turn/{clusterId}";
    private readonly RedisValue _mine = Guid.NewGuid().ToString("N");

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(MembershipTurn), BeforeJoining, cancel => Take(WaitToJoin, cancel));
        lifecycle.Subscribe(nameof(MembershipTurn), AfterActive, _ => GiveBack(), cancel => Take(WaitToLeave, cancel));
        lifecycle.Subscribe(nameof(MembershipTurn), AfterDead, _ => Task.CompletedTask, _ => GiveBack());
    }

    private async Task Take(TimeSpan atMost, CancellationToken cancel)
    {
        try
        {
            for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < atMost && !cancel.IsCancellationRequested; await Task.Delay(Pause, time, CancellationToken.None))
                if (await redis.LockTakeAsync(_key, _mine, TurnTime)) return;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogNoTurn(log, e.Message);
        }
    }

    private async Task GiveBack()
    {
        try
        {
            await redis.LockReleaseAsync(_key, _mine);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogNoTurn(log, e.Message);
        }
    }

    [LoggerMessage(5404, LogLevel.Information, "Silos do not take turns now: {Why}")]
    private static partial void LogNoTurn(ILogger log, string why);
}

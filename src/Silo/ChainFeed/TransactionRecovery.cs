using SwarmCompute.Chain;
using SwarmCompute.Chain.Transactions;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Silo.Agent;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>
/// Looks after the account's transactions, when the silo starts and regularly: what an earlier process had sent is offered again where it was
/// dropped, so that no nonce stays open. While the feed is halted nothing is sent.
/// </summary>
internal sealed partial class TransactionRecovery(IGrainFactory grains, ChainWriter writer, TimeProvider time, ILogger<TransactionRecovery> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private HashSet<ulong> _offered = [];
    private bool _isTroubled;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Period, time);
            do await Look(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task Look(CancellationToken cancel)
    {
        var feed = await GrainAnswer<FeedStatus>.From(() => grains.ChainFeed().Read(cancel), cancel);
        if (feed.Value is not { IsHalted: false }) return;
        try
        {
            var offered = (await writer.Recover(cancel)).Where(t => t.Fate == TransactionFate.Offered).ToArray();
            foreach (var transaction in offered.Where(t => !_offered.Contains(t.Nonce))) LogOffered(log, transaction.Nonce, transaction.Purpose);
            _offered = [.. offered.Select(t => t.Nonce)];
            _isTroubled = false;
        }
        catch (ChainException fault)
        {
            if (!_isTroubled) LogTroubled(log, fault.Message);
            _isTroubled = true;
        }
    }

    [LoggerMessage(5511, LogLevel.Information, "Transaction {Nonce} is not mined and was offered again: {Purpose}")]
    private static partial void LogOffered(ILogger log, ulong nonce, string purpose);

    [LoggerMessage(5512, LogLevel.Warning, "This account's transactions cannot be looked after now: {Why}")]
    private static partial void LogTroubled(ILogger log, string why);
}

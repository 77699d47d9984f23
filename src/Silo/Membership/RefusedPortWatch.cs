using System.Net;
using System.Net.Sockets;

namespace SwarmCompute.Silo.Membership;

/// <summary>
/// Declares a silo dead at once on hard evidence: a link to it ended, the membership still calls it active, and its machine answers that
/// nothing listens on its port any more. Anything less, silence above all, is left to the runtime's probes and votes.
/// </summary>
internal sealed partial class RefusedPortWatch(BrokenLinks links, IClusterMembershipService membership, ILocalSiloDetails here, TimeProvider time, ILogger<RefusedPortWatch> log)
    : BackgroundService
{
    private const int RefusalsNeeded = 3;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AttemptTime = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var endpoint in links.Ended.ReadAllAsync(stoppingToken))
            {
                if (Find(endpoint) is null || !await Refuses(endpoint, stoppingToken) || Find(endpoint) is not { } silo) continue;
                LogRefused(log, silo.Name, endpoint);
                await membership.TryKill(silo.SiloAddress);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    // Only what the table has: the runtime would try for ever to kill a silo that is not in it.
    private ClusterMember? Find(IPEndPoint endpoint) => membership.CurrentSnapshot.Members.Values.FirstOrDefault(m =>
        m.Status == SiloStatus.Active && m.SiloAddress.Endpoint.Equals(endpoint) && !m.SiloAddress.Equals(here.SiloAddress));

    private async Task<bool> Refuses(IPEndPoint endpoint, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < RefusalsNeeded; attempt++)
        {
            if (attempt > 0) await Task.Delay(BetweenAttempts, time, cancel);
            if (!await RefusesOnce(endpoint, cancel)) return false;
        }
        return true;
    }

    private static async Task<bool> RefusesOnce(IPEndPoint endpoint, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AttemptTime);
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, limit.Token);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(5403, LogLevel.Warning, "Nothing listens at {Endpoint} any more: the silo of node {Node} is declared dead")]
    private static partial void LogRefused(ILogger log, string node, IPEndPoint endpoint);
}

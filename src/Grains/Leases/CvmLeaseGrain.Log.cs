using Microsoft.Extensions.Logging;

namespace SwarmCompute.Grains.Leases;

internal sealed partial class CvmLeaseGrain
{
    [LoggerMessage(2001, LogLevel.Information, "Lease {Lease} epoch {Epoch} is {Status} ({Call}).")]
    private static partial void LogMoved(ILogger log, string lease, uint epoch, LeaseStatus status, string call);

    [LoggerMessage(2002, LogLevel.Warning, "Lease {Lease} epoch {Epoch} on {Node} is lost: {Reason}.")]
    private static partial void LogLost(ILogger log, string lease, uint epoch, NodeId node, string reason);

    [LoggerMessage(2003, LogLevel.Information, "Lease {Lease}: {Call} under epoch {Epoch} changes nothing; epoch {Fence} counts.")]
    private static partial void LogFenced(ILogger log, string lease, uint epoch, uint fence, string call);

    [LoggerMessage(2004, LogLevel.Warning, "Lease {Lease} epoch {Epoch} cannot go from {From} to {To}.")]
    private static partial void LogIllegal(ILogger log, string lease, uint epoch, LeaseStatus from, LeaseStatus to);

    [LoggerMessage(2005, LogLevel.Warning, "Lease {Lease} epoch {Epoch}: {Call} is refused: {Reason}")]
    private static partial void LogRefused(ILogger log, string lease, uint epoch, string call, string reason);

    [LoggerMessage(2006, LogLevel.Information, "Lease {Lease} epoch {Epoch} on {Node}, which was prepared and is {Status}, is the current one now.")]
    private static partial void LogTookOver(ILogger log, string lease, uint epoch, NodeId node, LeaseStatus status);
}

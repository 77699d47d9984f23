using SwarmCompute.Attestation;

namespace SwarmCompute.Silo.Agent;

internal sealed partial class NodeAgent
{
    [LoggerMessage(5301, LogLevel.Warning, "The swarm does not say what should run here; what runs goes on: {Why}")]
    private static partial void LogOutOfTouch(ILogger log, string why);

    [LoggerMessage(5306, LogLevel.Error, "This run of the agent may hold nothing any more, and stops its guests; restart the silo: {Why}")]
    private static partial void LogMayHoldNothing(ILogger log, string why);

    [LoggerMessage(5307, LogLevel.Error, "The link of lease {Lease} epoch {Epoch} failed")]
    private static partial void LogLinkFailed(ILogger log, LeaseId lease, LeaseEpoch epoch, Exception why);

    [LoggerMessage(5302, LogLevel.Information, "The swarm says what should run here")]
    private static partial void LogInTouch(ILogger log);

    [LoggerMessage(5303, LogLevel.Warning, "{Peer} has no guest here, and is not listened to")]
    private static partial void LogStranger(ILogger log, SwarmIdentity peer);

    [LoggerMessage(5304, LogLevel.Information, "The link of lease {Lease} epoch {Epoch} broke: {Why}")]
    private static partial void LogLinkBroke(ILogger log, LeaseId lease, LeaseEpoch epoch, string why);

    [LoggerMessage(5305, LogLevel.Information, "The swarm could not be told that this node leaves: {Why}")]
    private static partial void LogNotTold(ILogger log, string why);
}

using Microsoft.Extensions.Logging;

namespace SwarmCompute.Grains.Nodes;

internal sealed partial class NodeGrain
{
    [LoggerMessage(5001, LogLevel.Information, "Node {Node} (run {Incarnation}) is {Status}. {Why}")]
    private static partial void LogMoved(ILogger log, NodeId node, string incarnation, NodeStatus? status, string? why);

    [LoggerMessage(5002, LogLevel.Warning, "Node {Node}: its report is refused: {Reason}")]
    private static partial void LogRefusedReport(ILogger log, NodeId node, string reason);

    [LoggerMessage(5003, LogLevel.Information, "Node {Node} refuses a lease: {Reason}.")]
    private static partial void LogRefused(ILogger log, NodeId node, string reason);

    [LoggerMessage(5004, LogLevel.Warning, "Node {Node}: the registry was not told; the next report repeats it. {Error}")]
    private static partial void LogNoteFailed(ILogger log, NodeId node, string error);
}

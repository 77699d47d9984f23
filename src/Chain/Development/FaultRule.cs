namespace SwarmCompute.Chain.Development;

/// <summary>When a fault happens. A fault only meets requests for which it makes sense: <see cref="RpcFault.EmptyLogs"/> only eth_getLogs.</summary>
/// <param name="Fault">The fault.</param>
public sealed record FaultRule(RpcFault Fault)
{
    /// <summary>The only method that it meets; null for all for which it makes sense.</summary>
    public string? Method { get; init; }

    /// <summary>How many requests that it could meet pass first.</summary>
    public int After { get; init; }

    /// <summary>How often it happens.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>Of the requests that it could meet, the share that it does meet, 0 to 1; drawn from the plan's seed.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Whether the fault makes sense for a request.</summary>
    /// <param name="method">The method; <c>socket</c> for a message of a WebSocket.</param>
    /// <param name="parameters">The parameters, as JSON.</param>
    internal bool Meets(string method, string parameters) => (Method is null || Method == method) && Fault switch
    {
        RpcFault.TruncatedLogs or RpcFault.DuplicatedLogs or RpcFault.ReorderedLogs or RpcFault.EmptyLogs or RpcFault.RemovedLogs => method == "eth_getLogs",
        RpcFault.WrongBloom => method is "eth_getBlockByNumber" or "eth_getBlockByHash",
        RpcFault.StaleFinalized or RpcFault.BackwardFinalized => method == "eth_getBlockByNumber" && parameters.Contains("\"finalized\"", StringComparison.Ordinal),
        RpcFault.WrongNonce => method == "eth_getTransactionCount",
        RpcFault.DroppedTransaction or RpcFault.ReplacedTransaction or RpcFault.LostAnswer => method == "eth_sendRawTransaction",
        RpcFault.WrongChain => method == "eth_chainId",
        RpcFault.MethodNotFound => Method is not null || method.StartsWith("eth_getFinalized", StringComparison.Ordinal),
        RpcFault.SilentSocket or RpcFault.DroppedSocket => method == "socket",
        _ => method != "socket",
    };
}

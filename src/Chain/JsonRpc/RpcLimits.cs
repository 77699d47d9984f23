namespace SwarmCompute.Chain.JsonRpc;

/// <summary>What one endpoint may cost.</summary>
/// <param name="Timeout">The time that one request may take.</param>
/// <param name="RequestsPerSecond">Requests a second, on average; 0 for no limit.</param>
/// <param name="AnswerBytesMax">Bytes of one answer; more is not read.</param>
internal sealed record RpcLimits(TimeSpan Timeout, int RequestsPerSecond = 0, int AnswerBytesMax = RpcLimits.DefaultAnswerBytesMax)
{
    /// <summary>16 MB.</summary>
    public const int DefaultAnswerBytesMax = 16 * 1024 * 1024;
}

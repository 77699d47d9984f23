namespace SwarmCompute.Chain.Development;

/// <summary>What can go wrong with an endpoint.</summary>
public enum RpcFault
{
    /// <summary>HTTP 429 with <c>Retry-After: 1</c>.</summary>
    TooManyRequests,

    /// <summary>The error -32005, <c>limit exceeded</c>.</summary>
    LimitExceeded,

    /// <summary>The error -32601: a method that only some endpoints offer.</summary>
    MethodNotFound,

    /// <summary>HTTP 200, and a page in place of JSON.</summary>
    NotJson,

    /// <summary>The answer carries another id than the request.</summary>
    WrongId,

    /// <summary>The endpoint serves another chain.</summary>
    WrongChain,

    /// <summary>The last log is missing, and nothing says so.</summary>
    TruncatedLogs,

    /// <summary>The first log comes twice.</summary>
    DuplicatedLogs,

    /// <summary>The logs come in reverse.</summary>
    ReorderedLogs,

    /// <summary>No log at all, and nothing says so.</summary>
    EmptyLogs,

    /// <summary>The last log is marked as removed by a reorganisation.</summary>
    RemovedLogs,

    /// <summary>The block's bloom is empty where it has logs, and full where it has none.</summary>
    WrongBloom,

    /// <summary>The finalized block stands still at the first one that was asked for under this fault.</summary>
    StaleFinalized,

    /// <summary>The finalized block is one of three blocks before.</summary>
    BackwardFinalized,

    /// <summary>The count of an account's transactions is five too high.</summary>
    WrongNonce,

    /// <summary>A transaction is taken, its hash given, and then it is forgotten.</summary>
    DroppedTransaction,

    /// <summary>A transaction is taken, its hash given, and another one of the same account and nonce takes its place. Development chains only.</summary>
    ReplacedTransaction,

    /// <summary>A transaction is handed on, and the connection ends before the answer.</summary>
    LostAnswer,

    /// <summary>The connection ends in the middle of an answer.</summary>
    DroppedConnection,

    /// <summary>The answer comes a few bytes at a time.</summary>
    SlowRead,

    /// <summary>No answer, ever.</summary>
    Silence,

    /// <summary>A WebSocket stays open and answers pings, and no message comes through it any more.</summary>
    SilentSocket,

    /// <summary>A WebSocket is cut.</summary>
    DroppedSocket,
}

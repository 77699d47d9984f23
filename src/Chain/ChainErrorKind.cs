namespace SwarmCompute.Chain;

/// <summary>Why a call to the chain failed.</summary>
public enum ChainErrorKind
{
    /// <summary>The endpoint cannot be reached, or answers with something other than JSON-RPC.</summary>
    Unreachable,

    /// <summary>The endpoint serves another chain than the configured one.</summary>
    WrongChain,

    /// <summary>There is no contract at a configured address.</summary>
    NoCode,

    /// <summary>The contract refused; <see cref="ChainException.ErrorName"/> names its error.</summary>
    Reverted,

    /// <summary>No answer, or no receipt, in the time allowed. A transaction may still be mined later.</summary>
    Timeout,

    /// <summary>The endpoint understood the request and refused it (funds, range, limits).</summary>
    Rejected,

    /// <summary>The chain says what it cannot say: an event that the contract does not emit, a gap, a finalized block that went back.</summary>
    Inconsistent,
}

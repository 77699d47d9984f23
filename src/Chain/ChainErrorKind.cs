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

    /// <summary>The endpoint understood the request and refused it for a reason that is not listed here.</summary>
    Rejected,

    /// <summary>The chain says what it cannot say: an event that the contract does not emit, a gap, a finalized block that went back.</summary>
    Inconsistent,

    /// <summary>The code at a configured address is not what our contract compiles to.</summary>
    WrongCode,

    /// <summary>Too many blocks or logs in one question; ask for less (<see cref="ChainException.SuggestedRange"/> where the endpoint says how much).</summary>
    RangeTooLarge,

    /// <summary>Too many requests for now; ask again later (<see cref="ChainException.RetryAfter"/> where the endpoint says when), or elsewhere.</summary>
    RateLimited,

    /// <summary>The endpoint does not offer this method; another one may.</summary>
    Unsupported,

    /// <summary>The endpoint does not know this block: it lags behind, or a reorganisation took the block.</summary>
    UnknownBlock,

    /// <summary>The endpoint no longer keeps what was asked for; ask an archive.</summary>
    Pruned,

    /// <summary>The endpoint has this very transaction already: as good as sent.</summary>
    AlreadyKnown,

    /// <summary>The account has used this nonce already.</summary>
    NonceTooLow,

    /// <summary>The offered price is too low, for the endpoint or to replace the transaction that has the nonce.</summary>
    Underpriced,

    /// <summary>The account cannot pay for gas and value.</summary>
    InsufficientFunds,

    /// <summary>The transaction needs more gas than a block, or a transaction, may have.</summary>
    GasTooHigh,

    /// <summary>The endpoint takes no more transactions for now.</summary>
    PoolFull,

    /// <summary>The journal of transactions does not answer, or takes no more: nothing was sent that it does not have.</summary>
    Journal,
}

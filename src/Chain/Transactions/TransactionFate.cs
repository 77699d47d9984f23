namespace SwarmCompute.Chain.Transactions;

/// <summary>What became of a journalled transaction.</summary>
public enum TransactionFate
{
    /// <summary>It waits to be mined, and was offered once more.</summary>
    Offered,

    /// <summary>It is in a block that is not final yet: a reorganisation may still take it out.</summary>
    Mined,

    /// <summary>It is in a block that is final.</summary>
    Final,

    /// <summary>The chain says that the nonce is used, and does not show yet by what.</summary>
    Unclear,

    /// <summary>Another transaction has the nonce, finally: this one never takes effect. Its entry is gone.</summary>
    Void,
}

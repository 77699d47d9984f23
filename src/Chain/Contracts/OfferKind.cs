namespace SwarmCompute.Chain.Contracts;

/// <summary>What an offer sells, with the numbers that the OfferBook contract uses.</summary>
public enum OfferKind
{
    /// <summary>A node's slots: leases come from these.</summary>
    Compute,

    /// <summary>A model.</summary>
    Model,

    /// <summary>A data set.</summary>
    Data,

    /// <summary>An engine.</summary>
    Engine,
}

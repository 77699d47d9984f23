namespace SwarmCompute.Vault;

/// <summary>Why an asset cannot be had.</summary>
public enum AssetFault
{
    /// <summary>The store does not hold it.</summary>
    Missing,

    /// <summary>The file has another size than the asset.</summary>
    WrongSize,

    /// <summary>The file's bytes have another hash than the asset.</summary>
    Damaged,

    /// <summary>It is larger than the caller allows.</summary>
    TooLarge,
}

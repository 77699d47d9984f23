namespace SwarmCompute.Attestation;

/// <summary>Why a chain or a revocation list does not hold: words that end the codes of checks.</summary>
public static class PkiReason
{
    /// <summary>The bytes have another form, or there are none.</summary>
    public const string Malformed = "malformed";

    /// <summary>The chain has more or fewer certificates than it must.</summary>
    public const string Length = "length";

    /// <summary>The last certificate is not the pinned root.</summary>
    public const string Root = "root";

    /// <summary>An issuer's name is not the name of the certificate above, or a subject has another name than its part demands.</summary>
    public const string Name = "name";

    /// <summary>A certificate that issues is not an authority, or one that must not issue is.</summary>
    public const string Authority = "authority";

    /// <summary>More authorities stand below one than it allows.</summary>
    public const string PathLength = "path-length";

    /// <summary>The key may not be used for this.</summary>
    public const string KeyUsage = "key-usage";

    /// <summary>An extension is critical and not known here.</summary>
    public const string CriticalExtension = "critical-extension";

    /// <summary>The key or the signature algorithm is not one of those that are accepted here.</summary>
    public const string Algorithm = "algorithm";

    /// <summary>A signature is not of the key that it must be of.</summary>
    public const string Signature = "signature";

    /// <summary>Its time has passed.</summary>
    public const string Expired = "expired";

    /// <summary>Its time has not come.</summary>
    public const string NotYetValid = "not-yet-valid";
}

namespace SwarmCompute.Attestation;

/// <summary>
/// What an item is, once it is known to be the vendor's and to be what its key names. Time is not judged: an old list is still the vendor's.
/// </summary>
/// <param name="IssuedAt">When the vendor made it.</param>
/// <param name="EndsAt">After when it says nothing any more.</param>
/// <param name="Number">The vendor's own count, where it has one (Intel's TCB evaluation data number); zero elsewhere.</param>
internal sealed record CollateralContent(DateTimeOffset IssuedAt, DateTimeOffset EndsAt, long Number = 0)
{
    /// <summary>Reads and checks an item; null, and why, where it is not what its key names or not signed under the roots.</summary>
    public static CollateralContent? Read(CollateralItem item, TrustRoots roots, out string fault)
    {
        fault = $"it has {item.Body.Length} bytes and {item.IssuerChain?.Length ?? 0} of certificates";
        if (item.Body.IsEmpty || item.Body.Length > CollateralItem.BodyBytesMax || item.IssuerChain?.Length > CollateralItem.ChainBytesMax) return null;
        return item.Key.Kind switch
        {
            CollateralKind.IntelTcb => IntelContent.Tcb(item, roots.Intel, out fault),
            CollateralKind.IntelQeIdentity => IntelContent.QeIdentity(item, roots.Intel, out fault),
            CollateralKind.IntelPckCrl => IntelContent.PckCrl(item, roots.Intel, out fault),
            CollateralKind.IntelRootCrl => IntelContent.RootCrl(item, roots.Intel, out fault),
            CollateralKind.AmdVcek => AmdContent.Vcek(item, roots.Amd, out fault),
            CollateralKind.AmdChain => AmdContent.Chain(item, roots.Amd, out fault),
            CollateralKind.AmdCrl => AmdContent.Crl(item, roots.Amd, out fault),
            CollateralKind.NvidiaRim => NvidiaContent.Rim(item, roots.Nvidia, out fault),
            CollateralKind.NvidiaOcsp => NvidiaContent.Ocsp(item, roots.Nvidia, out fault),
            _ => null,
        };
    }

    /// <summary>Whether the vendor made this one before the other: to take it instead would bring back what was replaced.</summary>
    public bool IsOlderThan(CollateralContent other) => Number != other.Number ? Number < other.Number : IssuedAt < other.IssuedAt;
}

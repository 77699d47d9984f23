namespace SwarmCompute.Attestation;

/// <summary>Where collateral comes from, where it is kept, and for how long.</summary>
public sealed record CollateralOptions
{
    /// <summary>Intel's service (PCS API v4), or a PCCS. Default <c>https://api.trustedservices.intel.com/</c>.</summary>
    public Uri IntelService { get; init; } = new("https://api.trustedservices.intel.com/");

    /// <summary>The revocation list of Intel's root; a PCCS has it as <c>sgx/certification/v4/rootcacrl</c>. Default: Intel's.</summary>
    public Uri IntelRootCrl { get; init; } = new("https://certificates.trustedservices.intel.com/IntelSGXRootCA.der");

    /// <summary>AMD's key distribution service. Default <c>https://kdsintf.amd.com/</c>.</summary>
    public Uri AmdService { get; init; } = new("https://kdsintf.amd.com/");

    /// <summary>NVIDIA's service of reference integrity manifests. Default <c>https://rim.attestation.nvidia.com/</c>.</summary>
    public Uri NvidiaRims { get; init; } = new("https://rim.attestation.nvidia.com/");

    /// <summary>NVIDIA's OCSP responder. Default <c>https://ocsp.ndis.nvidia.com/</c>.</summary>
    public Uri NvidiaOcsp { get; init; } = new("https://ocsp.ndis.nvidia.com/");

    /// <summary>The directory of the cache; null: memory alone. The default.</summary>
    public string? Directory { get; init; }

    /// <summary>The most items in memory, and in the directory. Default 4096, 16 to 65,536.</summary>
    public int ItemsMax { get; init; } = 4096;

    /// <summary>The most bytes in the directory. Default 256 MiB, 4 MiB to 16 GiB.</summary>
    public long DirectoryBytesMax { get; init; } = 256 << 20;

    /// <summary>How long one request may take. Default 10 s, 100 ms to 1 min.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the collection for one piece of evidence may take. Default 30 s, 100 ms to 5 min.</summary>
    public TimeSpan CollectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its end an item is still handed out while the vendor is down; the verifier judges the time. Default 7 days, 0 to 90 days.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a vendor is left alone after an outage that it names no time for. Default 15 s, 0 to 10 min.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest time for which a vendor can ask to be left alone. Default 10 min, 0 to 1 h.</summary>
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Every fault, with the value and what to give; empty where all is right.</summary>
    public IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        foreach (var (name, address) in ((string, Uri)[])[(nameof(IntelService), IntelService), (nameof(IntelRootCrl), IntelRootCrl), (nameof(AmdService), AmdService),
            (nameof(NvidiaRims), NvidiaRims), (nameof(NvidiaOcsp), NvidiaOcsp)])
            if (!IsAllowed(address)) faults.Add($"{name} is {address}; give an https address without query and user, http on the loopback alone");
        Within(nameof(ItemsMax), ItemsMax, 16, 65_536);
        Within(nameof(DirectoryBytesMax), DirectoryBytesMax, 4L << 20, 16L << 30);
        Within(nameof(RequestTimeout), RequestTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Within(nameof(CollectTimeout), CollectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Within(nameof(Grace), Grace, TimeSpan.Zero, TimeSpan.FromDays(90));
        Within(nameof(RetryAfter), RetryAfter, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Within(nameof(RetryAfterMax), RetryAfterMax, TimeSpan.Zero, TimeSpan.FromHours(1));
        return faults;

        void Within<T>(string name, T value, T least, T most)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0) faults.Add($"{name} is {value}; give {least} to {most}");
        }
    }

    private static bool IsAllowed(Uri address) => address.IsAbsoluteUri && address.Query.Length == 0 && address.UserInfo.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}

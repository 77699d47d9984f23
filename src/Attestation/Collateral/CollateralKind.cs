namespace SwarmCompute.Attestation;

/// <summary>The kinds of items that vendors publish.</summary>
internal enum CollateralKind
{
    /// <summary>Intel's levels of one kind of platform.</summary>
    IntelTcb,

    /// <summary>Intel's words about its quoting enclave.</summary>
    IntelQeIdentity,

    /// <summary>The revocation list of one of Intel's authorities for platforms.</summary>
    IntelPckCrl,

    /// <summary>The revocation list of Intel's root.</summary>
    IntelRootCrl,

    /// <summary>The certificate of one AMD chip at one version of its firmware.</summary>
    AmdVcek,

    /// <summary>AMD's authorities of one line of processors: intermediate, root.</summary>
    AmdChain,

    /// <summary>The revocation list of AMD's root of one line.</summary>
    AmdCrl,

    /// <summary>A reference integrity manifest of NVIDIA.</summary>
    NvidiaRim,

    /// <summary>The status of one certificate of NVIDIA.</summary>
    NvidiaOcsp,
}

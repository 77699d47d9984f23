namespace SwarmCompute.Attestation;

/// <summary>What an NVIDIA device is, as its attestation key's certificate names it.</summary>
public enum NvidiaArchitecture
{
    /// <summary>Not one of those below.</summary>
    Unknown,

    /// <summary>A GPU of the Hopper family (GH100).</summary>
    Hopper,

    /// <summary>A GPU of the Blackwell family (GB100 and its kin).</summary>
    Blackwell,

    /// <summary>An NVSwitch (LS10).</summary>
    Switch,
}

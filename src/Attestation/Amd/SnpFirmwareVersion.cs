namespace SwarmCompute.Attestation;

/// <summary>A version of the SEV firmware.</summary>
public readonly record struct SnpFirmwareVersion(byte Major, byte Minor, byte Build) : IComparable<SnpFirmwareVersion>
{
    /// <inheritdoc />
    public int CompareTo(SnpFirmwareVersion other) => (Major, Minor, Build).CompareTo((other.Major, other.Minor, other.Build));

    /// <summary>Whether one is older.</summary>
    public static bool operator <(SnpFirmwareVersion left, SnpFirmwareVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether one is newer.</summary>
    public static bool operator >(SnpFirmwareVersion left, SnpFirmwareVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is not newer.</summary>
    public static bool operator <=(SnpFirmwareVersion left, SnpFirmwareVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is not older.</summary>
    public static bool operator >=(SnpFirmwareVersion left, SnpFirmwareVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc />
    public override string ToString() => $"{Major}.{Minor}.{Build}";
}

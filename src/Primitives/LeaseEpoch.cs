using System.Globalization;

namespace SwarmCompute;

/// <summary>The fencing number of a lease: each successor on the same slot has a higher one; the first is 1.</summary>
/// <param name="Value">The epoch; 0 stands before the first lease.</param>
public readonly record struct LeaseEpoch(uint Value) : IComparable<LeaseEpoch>
{
    /// <summary>Before the first lease of a slot.</summary>
    public static LeaseEpoch None => default;

    /// <summary>The epoch of the successor.</summary>
    /// <exception cref="OverflowException">The epoch is 2^32 - 1.</exception>
    public LeaseEpoch Next() => new(checked(Value + 1));

    /// <inheritdoc/>
    public int CompareTo(LeaseEpoch other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left lease is older.</summary>
    public static bool operator <(LeaseEpoch left, LeaseEpoch right) => left.Value < right.Value;

    /// <summary>Whether the left lease is newer.</summary>
    public static bool operator >(LeaseEpoch left, LeaseEpoch right) => left.Value > right.Value;

    /// <summary>Whether the left lease is older, or the same.</summary>
    public static bool operator <=(LeaseEpoch left, LeaseEpoch right) => left.Value <= right.Value;

    /// <summary>Whether the left lease is newer, or the same.</summary>
    public static bool operator >=(LeaseEpoch left, LeaseEpoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

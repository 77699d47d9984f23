using System.Globalization;

namespace SwarmCompute;

/// <summary>An amount of a token in its smallest unit (10^-18 of a token with 18 decimals); never negative, never wraps.</summary>
/// <param name="Value">The amount, 0 to 2^128 - 1, as in the contracts.</param>
public readonly record struct Wei(UInt128 Value) : IComparable<Wei>
{
    /// <summary>Nothing.</summary>
    public static Wei Zero => default;

    /// <summary>Reads the decimal form.</summary>
    /// <exception cref="FormatException">The text is not a decimal number from 0 to 2^128 - 1.</exception>
    public static Wei Parse(string text) =>
        UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new Wei(value)
            : throw new FormatException($"'{text}' is not an amount in wei; give a decimal number from 0.");

    /// <summary>The sum.</summary>
    /// <exception cref="OverflowException">The sum needs more than 128 bits.</exception>
    public static Wei operator +(Wei left, Wei right) => new(checked(left.Value + right.Value));

    /// <summary>The difference.</summary>
    /// <exception cref="OverflowException">The difference would be negative.</exception>
    public static Wei operator -(Wei left, Wei right) => new(checked(left.Value - right.Value));

    /// <summary>The multiple.</summary>
    /// <exception cref="OverflowException">The product needs more than 128 bits.</exception>
    public static Wei operator *(Wei left, ulong times) => new(checked(left.Value * times));

    /// <inheritdoc/>
    public int CompareTo(Wei other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left amount is smaller.</summary>
    public static bool operator <(Wei left, Wei right) => left.Value < right.Value;

    /// <summary>Whether the left amount is larger.</summary>
    public static bool operator >(Wei left, Wei right) => left.Value > right.Value;

    /// <summary>Whether the left amount is smaller, or the same.</summary>
    public static bool operator <=(Wei left, Wei right) => left.Value <= right.Value;

    /// <summary>Whether the left amount is larger, or the same.</summary>
    public static bool operator >=(Wei left, Wei right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

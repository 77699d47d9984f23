using System.Globalization;

namespace SwarmCompute;

/// <summary>Identifies what someone sells: the number that the OfferBook contract gave it, from 1.</summary>
/// <param name="Value">The contract's offer number; 0 is no offer.</param>
public readonly record struct OfferId(ulong Value)
{
    /// <summary>Reads the decimal form.</summary>
    /// <exception cref="FormatException">The text is not a decimal number from 1 to 2^64 - 1.</exception>
    public static OfferId Parse(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? new OfferId(value)
            : throw new FormatException($"'{text}' is not an offer id; give a decimal number from 1.");

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

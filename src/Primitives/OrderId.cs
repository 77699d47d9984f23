using System.Globalization;

namespace SwarmCompute;

/// <summary>Identifies an order: the number that the OrderBook contract gave it, from 1.</summary>
/// <param name="Value">The contract's order number; 0 is no order.</param>
public readonly record struct OrderId(ulong Value)
{
    /// <summary>Reads the decimal form.</summary>
    /// <exception cref="FormatException">The text is not a decimal number from 1 to 2^64 - 1.</exception>
    public static OrderId Parse(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? new OrderId(value)
            : throw new FormatException($"'{text}' is not an order id; give a decimal number from 1.");

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

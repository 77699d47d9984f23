using System.Globalization;

namespace SwarmCompute;

/// <summary>Names one slot of one order: the place of one stage of its pipeline. Leases of a slot follow each other by epoch.</summary>
/// <param name="Order">The order.</param>
/// <param name="Slot">The slot, from 0 (the head) to <see cref="SlotsMax"/> - 1.</param>
public readonly record struct LeaseId(OrderId Order, int Slot)
{
    /// <summary>The most slots that one order may have.</summary>
    public const int SlotsMax = 16;

    /// <summary>Reads the form <c>ORDER/SLOT</c>.</summary>
    /// <exception cref="FormatException">The text has another form, or the slot is out of range.</exception>
    public static LeaseId Parse(string text)
    {
        var cut = text.IndexOf('/', StringComparison.Ordinal);
        if (cut < 0 || !int.TryParse(text.AsSpan(cut + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var slot) || slot >= SlotsMax)
            throw new FormatException($"'{text}' is not a lease id; give ORDER/SLOT with a slot from 0 to {SlotsMax - 1}.");
        return new LeaseId(OrderId.Parse(text[..cut]), slot);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Order}/{Slot}");
}

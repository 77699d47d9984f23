namespace SwarmCompute.Cvm;

/// <summary>One CVM to start: a lease under its epoch, and what its trusted loader is told.</summary>
/// <param name="Lease">The lease that it is for.</param>
/// <param name="Epoch">The lease's epoch.</param>
/// <param name="Ticket">What the loader reads first: one line of UTF-8 JSON without its line end, at most <see cref="TicketBytesMax"/>.</param>
public sealed record CvmLaunch(LeaseId Lease, LeaseEpoch Epoch, ReadOnlyMemory<byte> Ticket)
{
    /// <summary>The most bytes of a ticket.</summary>
    public const int TicketBytesMax = 256 * 1024;

    /// <summary>Names this launch among all others in file names: <c>ORDER-SLOT-eEPOCH</c>.</summary>
    public string Name => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Lease.Order}-{Lease.Slot}-e{Epoch}");
}

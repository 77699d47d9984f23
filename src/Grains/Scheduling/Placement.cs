using System.Globalization;

namespace SwarmCompute.Grains.Scheduling;

/// <summary>What the Placer proposes: all of the slots, or none.</summary>
public abstract record Placement
{
    private Placement() { }

    /// <summary>Every slot has a node.</summary>
    /// <param name="Seats">By slot.</param>
    public sealed record On(ImmutableArray<Seat> Seats) : Placement;

    /// <summary>Not every slot has a node.</summary>
    /// <param name="Missing">How many slots have none.</param>
    /// <param name="Reasons">Why each node takes no more, by node.</param>
    public sealed record Nowhere(int Missing, ImmutableArray<WhyNot> Reasons) : Placement
    {
        private const int ReasonsShownMax = 8;

        /// <summary>One line for people.</summary>
        public string Why
        {
            get
            {
                if (Reasons.IsEmpty) return string.Create(CultureInfo.InvariantCulture, $"{Missing} slots have no node: no node has joined the swarm");
                var shown = string.Join("; ", Reasons.Take(ReasonsShownMax).Select(r => $"{r.Node}: {r.Reason}"));
                var rest = Reasons.Length > ReasonsShownMax ? string.Create(CultureInfo.InvariantCulture, $"; and {Reasons.Length - ReasonsShownMax} more nodes") : "";
                return string.Create(CultureInfo.InvariantCulture, $"{Missing} slots have no node: {shown}{rest}");
            }
        }
    }
}

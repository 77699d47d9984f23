namespace SwarmCompute.Grains.Settlement;

/// <summary>What is to be done about an intent, given what the chain shows.</summary>
internal enum Judgement
{
    /// <summary>The finalized chain shows it, or it can no longer come true there.</summary>
    Done = 1,
    /// <summary>The latest block shows it; it waits for finality, and the next intent may go on.</summary>
    Visible = 2,
    /// <summary>It must be sent.</summary>
    Send = 3,
    /// <summary>Something before it is not on the chain yet.</summary>
    Early = 4,
}

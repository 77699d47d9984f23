namespace SwarmCompute.Bench;

/// <summary>What the soak found.</summary>
/// <param name="Resumed">How often an answer with some tokens was asked for again; one answer counts as often as it was.</param>
/// <param name="Wrong">Answers with a lost or another token.</param>
/// <param name="SessionsReturned">Whether no session was open anywhere at the end.</param>
/// <param name="Growth">Each process that lived long enough to judge.</param>
internal sealed record SoakReport(bool Passed, string Model, int Streams, double Minutes, int[] KillsBySlot, int Answers, long Tokens, int Resumed, int Wrong,
    bool SessionsReturned, int[] OpenSessions, ProcessTrace.Growth[] Growth, MachineFigures Machine);

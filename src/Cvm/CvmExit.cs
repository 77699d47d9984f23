namespace SwarmCompute.Cvm;

/// <summary>How a CVM ended.</summary>
/// <param name="Code">The exit code; 128 + n when signal n ended it.</param>
/// <param name="LastWords">The end of what it last logged, one line of at most 300 characters; empty when it logged nothing.</param>
/// <param name="LeftBehind">Null when its work directory is gone; else one line that says why it is not.</param>
public sealed record CvmExit(int Code, string LastWords, string? LeftBehind = null);

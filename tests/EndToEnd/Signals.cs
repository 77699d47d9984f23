namespace SwarmCompute.EndToEnd;

/// <summary>The signals that the tests send (signal(7)).</summary>
internal enum Signals
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
}

namespace SwarmCompute.Client.Gateway;

/// <summary>What an event of a head means for the client.</summary>
internal abstract record StreamStep
{
    private StreamStep()
    {
    }

    /// <summary>The client is told this.</summary>
    public sealed record Tell(string Data) : StreamStep;

    /// <summary>The client has it already.</summary>
    public sealed record Known : StreamStep;

    /// <summary>The answer is complete.</summary>
    public sealed record Done : StreamStep;

    /// <summary>The head reports an error.</summary>
    public sealed record Failed(byte[] Error) : StreamStep;

    /// <summary>The head breaks the protocol.</summary>
    public sealed record Wrong(string Reason) : StreamStep;
}

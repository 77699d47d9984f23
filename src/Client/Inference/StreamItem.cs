namespace SwarmCompute.Client.Inference;

/// <summary>One step of a stream from one head.</summary>
internal abstract record StreamItem
{
    public sealed record Token(int Id, int Index, string Text) : StreamItem;

    public sealed record Finished(string Reason, string Text) : StreamItem;

    public sealed record Broken(string Reason) : StreamItem;
}

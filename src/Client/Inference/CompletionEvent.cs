using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Inference;

/// <summary>What happens while an answer streams.</summary>
public abstract record CompletionEvent
{
    private CompletionEvent()
    {
    }

    /// <summary>A token came.</summary>
    /// <param name="Id">Its number in the model's vocabulary.</param>
    /// <param name="Index">Its place in the answer, from 0.</param>
    /// <param name="Text">The text that it completes; empty while a character is still incomplete.</param>
    public sealed record Token(int Id, int Index, string Text) : CompletionEvent;

    /// <summary>The head is gone; the client waits for the swarm to offer a new one.</summary>
    /// <param name="Reason">One line.</param>
    public sealed record Interrupted(string Reason) : CompletionEvent;

    /// <summary>A head was found again and goes on after the tokens that the client has.</summary>
    /// <param name="Head">Where.</param>
    /// <param name="Tokens">How many tokens the client has.</param>
    public sealed record Resumed(Head Head, int Tokens) : CompletionEvent;

    /// <summary>The answer is complete.</summary>
    /// <param name="Reason">stop or length.</param>
    /// <param name="Text">Text that was held back to the end; usually empty.</param>
    public sealed record Finished(string Reason, string Text) : CompletionEvent;
}

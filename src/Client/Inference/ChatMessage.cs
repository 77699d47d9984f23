namespace SwarmCompute.Client.Inference;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">What was said.</param>
public sealed record ChatMessage(string Role, string Content);

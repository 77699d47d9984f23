using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>Text to tokens and back, as the model's file says. Thread-safe.</summary>
public interface ITokenizer : IDisposable
{
    /// <summary>Tokens in the vocabulary; ids are 0 to this, exclusive.</summary>
    int VocabularySize { get; }

    /// <summary>The tokens that end an answer, in order of their ids; empty where the model has none.</summary>
    ImmutableArray<int> EndTokens { get; }

    /// <summary>The tokens of a text. Control tokens that are spelled out in it (such as a chat template's) are recognized.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecial">Whether to add the tokens that the model wants around a prompt (such as BOS).</param>
    /// <exception cref="InferenceException">The text is longer than 262,144 bytes, or the engine failed.</exception>
    ImmutableArray<int> Encode(string text, bool addSpecial);

    /// <summary>The bytes of a token: possibly a part of a UTF-8 character. Control tokens have none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such token.</exception>
    byte[] Decode(int token);

    /// <summary>
    /// The prompt of a conversation, ending where the assistant's answer begins. Where the model's file has a chat template
    /// that the engine knows, that one is used; one that it does not know gives lines of "role: content"; a model without a
    /// template (a base model) is given the turns' contents, one after the other, and nothing else.
    /// </summary>
    /// <exception cref="InferenceException">The conversation is longer than 4,096 turns or 262,144 bytes, or holds a NUL character.</exception>
    string ApplyChatTemplate(IReadOnlyList<ChatTurn> turns);
}

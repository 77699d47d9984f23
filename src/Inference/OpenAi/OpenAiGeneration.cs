using System.Runtime.CompilerServices;

namespace SwarmCompute.Inference;

/// <summary>One answer: from a checked request to pieces of text.</summary>
internal sealed class OpenAiGeneration
{
    private readonly OpenAiModel _model;
    private readonly OpenAiRequest _request;
    private readonly GenerationRequest _generation;
    private readonly TextAssembler _text;

    /// <exception cref="OpenAiException">The prompt cannot be tokenized, or does not fit.</exception>
    public OpenAiGeneration(OpenAiModel model, OpenAiRequest request)
    {
        (_model, _request) = (model, request);
        _text = new TextAssembler(model.Tokenizer, request.Stop);
        var prompt = request.PromptTokens.IsEmpty ? Encode(model, request) : request.PromptTokens;
        var room = model.Head.ContextTokens - prompt.Length;
        var param = request.IsChat ? "messages" : "prompt";
        if (prompt.IsEmpty) throw OpenAiException.Bad("The prompt is empty.", param);
        if (room < 1) throw OpenAiException.Bad($"The prompt has {prompt.Length} tokens; the context holds {model.Head.ContextTokens}.", param, "context_length_exceeded");
        var tokensMax = request.TokensMax ?? room;
        if (tokensMax > room)
            throw OpenAiException.Bad($"{prompt.Length} tokens of prompt and {tokensMax} of answer do not fit into the context of {model.Head.ContextTokens}.", param, "context_length_exceeded");
        if (request.Resume.Length > tokensMax)
            throw OpenAiException.Bad($"{request.Resume.Length} tokens are resumed of an answer of at most {tokensMax}.", "swarm.resume_tokens");
        _generation = new GenerationRequest(prompt, tokensMax, request.Sampling, request.Resume, model.Tokenizer.EndTokens);
        CompletionTokens = request.Resume.Length;
    }

    public int PromptTokens => _generation.Prompt.Length;

    /// <summary>Tokens of the answer so far, resumed ones included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>The pieces; the last one has the reason why the answer is over, and no token.</summary>
    /// <exception cref="PipelineException">The pipeline cannot serve it.</exception>
    public async IAsyncEnumerable<(string Text, GeneratedToken? Token, string? Finish)> Pieces([EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var known in _request.Resume) _text.Add(known);
        var finish = _text.IsStopped ? "stop" : "length";
        if (!_text.IsStopped && CompletionTokens < _generation.TokensMax)
        {
            await foreach (var token in _model.Head.Generate(_generation, cancel))
            {
                if (token.IsEnd)
                {
                    finish = "stop";
                    break;
                }
                CompletionTokens++;
                yield return (_text.Add(token.Token), token, null);
                if (!_text.IsStopped) continue;
                finish = "stop";
                break;
            }
        }
        yield return (_text.End(), null, finish);
    }

    private static System.Collections.Immutable.ImmutableArray<int> Encode(OpenAiModel model, OpenAiRequest request)
    {
        try
        {
            return model.Tokenizer.Encode(request.IsChat ? model.Tokenizer.ApplyChatTemplate(request.Messages) : request.Prompt!, addSpecial: true);
        }
        catch (InferenceException fault)
        {
            throw OpenAiException.Bad(fault.Message, request.IsChat ? "messages" : "prompt");
        }
    }
}

using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace SwarmCompute.Inference;

/// <summary>Several answers side by side.</summary>
internal static class OpenAiChoices
{
    /// <summary>
    /// The pieces of all answers, as they come; none before each answer has one, so that a request for which sessions run out fails as a whole.
    /// Stopping the enumeration, or the failure of one answer, ends all of them.
    /// </summary>
    public static async IAsyncEnumerable<OpenAiPiece> Pieces(ImmutableArray<OpenAiGeneration> answers, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var room = await OpenAiGeneration.Room(answers, cut.Token);
        var readers = new List<(IAsyncEnumerator<OpenAiPiece> Reader, Task<bool> Next)>();
        try
        {
            foreach (var answer in answers)
            {
                var reader = answer.Pieces(room, cut.Token).GetAsyncEnumerator(cut.Token);
                readers.Add((reader, reader.MoveNextAsync().AsTask()));
            }
            await Task.WhenAll(readers.Select(r => r.Next));
            while (readers.Count > 0)
            {
                var next = await Task.WhenAny(readers.Select(r => r.Next));
                var (reader, _) = readers.Find(r => r.Next == next);
                if (await next)
                {
                    yield return reader.Current;
                    readers.Add((reader, reader.MoveNextAsync().AsTask()));  // last in turn now
                }
                else
                {
                    await reader.DisposeAsync();
                }
                readers.RemoveAt(readers.FindIndex(r => r.Next == next));
            }
        }
        finally
        {
            await cut.CancelAsync();
            foreach (var (reader, next) in readers)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);    // the first failure is the one that is told
                await reader.DisposeAsync();
            }
        }
    }
}

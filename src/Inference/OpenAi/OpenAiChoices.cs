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
    /// <param name="answers">The answers.</param>
    /// <param name="order">Which answers the first pieces are of: those that were told once come in the same order again.</param>
    /// <param name="cancel">Ends it.</param>
    public static async IAsyncEnumerable<OpenAiPiece> Pieces(
        ImmutableArray<OpenAiGeneration> answers, ImmutableArray<byte> order, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var room = await OpenAiGeneration.Room(answers, cut.Token);
        var readers = new List<(int Choice, IAsyncEnumerator<OpenAiPiece> Reader, Task<bool> Next)>();
        try
        {
            foreach (var answer in answers)
            {
                var reader = answer.Pieces(room, cut.Token).GetAsyncEnumerator(cut.Token);
                readers.Add((answer.Choice, reader, reader.MoveNextAsync().AsTask()));
            }
            await Task.WhenAll(readers.Select(r => r.Next));
            for (var told = 0; readers.Count > 0;)
            {
                var turn = told < order.Length ? readers.FindIndex(r => r.Choice == order[told]) : -1;
                if (turn < 0)
                {
                    var first = await Task.WhenAny(readers.Select(r => r.Next));
                    turn = readers.FindIndex(r => r.Next == first);
                }
                var (choice, reader, next) = readers[turn];
                if (await next)
                {
                    yield return reader.Current;
                    told++;
                    readers.Add((choice, reader, reader.MoveNextAsync().AsTask()));  // last in turn now
                }
                else
                {
                    await reader.DisposeAsync();
                }
                readers.RemoveAt(turn);
            }
        }
        finally
        {
            await cut.CancelAsync();
            foreach (var (_, reader, next) in readers)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);    // the first failure is the one that is told
                await reader.DisposeAsync();
            }
        }
    }
}

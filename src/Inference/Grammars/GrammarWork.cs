namespace SwarmCompute.Inference;

/// <summary>Bounds what one token may cost: an ambiguous grammar is given up rather than followed for seconds.</summary>
internal sealed class GrammarWork
{
    private const int LooksMax = 2_000_000;

    private int _done;

    /// <exception cref="GrammarException">It was too much.</exception>
    public void Spend(int looks)
    {
        _done += looks;
        if (_done > LooksMax) throw new GrammarException($"The grammar is too ambiguous: more than {LooksMax} readings were looked at for one token.");
    }
}

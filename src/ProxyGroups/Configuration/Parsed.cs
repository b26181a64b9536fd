namespace ProxyGroups.Configuration;

/// <summary>Outcome of reading one text: the value, or what is wrong with it and what to write instead.</summary>
internal readonly record struct Parsed<T>(T Value, string? Problem = null, string? Remedy = null)
{
    public bool Failed => Problem is not null;

    public Parsed<TTo> Select<TTo>(Func<T, TTo> convert) =>
        Failed ? new(default!, Problem, Remedy) : new(convert(Value));
}

/// <summary>Shorthands that let the type of <see cref="Parsed{T}"/> be inferred.</summary>
internal static class Parsed
{
    public static Parsed<T> Ok<T>(T value) => new(value);

    public static Parsed<T> Error<T>(string problem, string remedy) => new(default!, problem, remedy);
}

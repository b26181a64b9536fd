namespace ProxyGroups.Supervision;

/// <summary>One line that a worker wrote; <paramref name="Stream"/> is <c>stdout</c> or <c>stderr</c>.</summary>
internal readonly record struct OutputLine(string Stream, string Text);

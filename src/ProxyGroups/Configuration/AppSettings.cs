namespace ProxyGroups.Configuration;

/// <summary>One of several WSGI apps that share the interpreter of each worker.</summary>
public sealed record AppSettings
{
    /// <summary>The WSGI callable.</summary>
    /// <value>"module:callable" or "file.py:callable".</value>
    public string App { get; init; } = "";

    /// <summary>Where the app lies; its modules are found there. Workers start in the group's Directory all the same.</summary>
    /// <value>Path; relative ones start at the group's Directory. Default not set: the group's Directory.</value>
    public string? Directory { get; init; }

    internal string DirectoryFrom(string group) => Path.GetFullPath(Directory ?? ".", group);
}

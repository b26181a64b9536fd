namespace ProxyGroups.Groups.Learning;

/// <summary>What has been learned, for who looks.</summary>
/// <param name="IsAsked">The settings ask for it.</param>
/// <param name="Groups">Process groups that it is common to.</param>
/// <param name="Users">Process groups whose newest generation is forked with it.</param>
internal sealed record LearnedView(string ApplicationGroup, bool IsAsked, LearnedModules Modules, IReadOnlyList<string> Groups, IReadOnlyList<string> Users);

export default { dialect: "postgresql" }
